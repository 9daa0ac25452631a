// @yandex-cloud/nodejs-sdk: a key file, then the same recording through gRPC v2 and through v3, as n8n's node asks.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const { Session, waitForOperation } = require("@yandex-cloud/nodejs-sdk");
const v2 = require("@yandex-cloud/nodejs-sdk/ai-stt-v2");
const v3 = require("@yandex-cloud/nodejs-sdk/ai-stt-v3");

const key = JSON.parse(fs.readFileSync(process.env.KEY_FILE, "utf8"));
const audio = fs.readFileSync(process.argv[2]);
const POLLS_MAX = 200;

function session() {
  return new Session({
    serviceAccountJson: {
      accessKeyId: key.id,
      privateKey: key.private_key,
      serviceAccountId: key.service_account_id,
    },
  });
}

function uploaded(path) {
  const header = `Authorization: Api-Key ${process.env.API_KEY}`;
  const url = "https://api.cloud.yandex.net/objects/nodejs/speech.ogg";
  return JSON.parse(execFileSync("curl", ["--silent", "--fail", "-T", path, "-H", header, url])).uri;
}

async function longRunning(uri) {
  const { RecognitionSpec_AudioEncoding, LongRunningRecognitionRequest, SttServiceClient } = v2.sttService;
  const request = LongRunningRecognitionRequest.fromPartial({
    config: {
      specification: { languageCode: "ru-RU", audioEncoding: RecognitionSpec_AudioEncoding.OGG_OPUS },
    },
    audio: { uri },
  });
  const submitted = await session().client(SttServiceClient).longRunningRecognize(request);
  const done = await waitForOperation(submitted, session(), 200_000);
  const response = v2.sttService.LongRunningRecognitionResponse.decode(done.response.value);
  return response.chunks.map((chunk) => chunk.alternatives[0].text).join(" ");
}

// The operation is never asked: the result is, until it is there.
async function recognizeFile() {
  const recognizer = session().client(v3.sttService.AsyncRecognizerClient);
  const containerAudio = { containerAudioType: v3.stt.ContainerAudio_ContainerAudioType.OGG_OPUS };
  const request = v3.stt.RecognizeFileRequest.fromPartial({
    content: audio,
    recognitionModel: { audioFormat: { containerAudio } },
  });
  const { id } = await recognizer.recognizeFile(request);
  for (let attempt = 0; attempt < POLLS_MAX; attempt += 1) {
    try {
      const texts = [];
      for await (const event of recognizer.getRecognition({ operationId: id })) {
        if (event.final) texts.push(event.final.alternatives[0].text);
      }
      return texts.join(" ");
    } catch (error) {
      if (!/operation data is not ready/.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  throw new Error("not ready");
}

async function main() {
  const words = await recognizeFile();
  const text = await longRunning(uploaded(process.argv[2]));
  if (words.split(" ").length < 5) throw new Error(`v3: ${words}`);
  console.log(JSON.stringify({ text }));
}

main().then(() => process.exit(0)).catch((error) => {
  console.error(error);
  process.exit(1);
});
