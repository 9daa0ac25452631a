// @yandex-cloud/nodejs-sdk: a stream of API v3 in real time, with a token that was given.

const { execFileSync } = require("node:child_process");
const { Session } = require("@yandex-cloud/nodejs-sdk");
const { stt, sttService } = require("@yandex-cloud/nodejs-sdk/ai-stt-v3");

const RATE_HZ = 16000;
const CHUNK_BYTES = RATE_HZ / 5 * 2; // 0.2 s
const ffmpeg = ["-v", "error", "-i", process.argv[2], "-ac", "1", "-ar", String(RATE_HZ), "-f", "s16le", "-"];
const sound = execFileSync("ffmpeg", ffmpeg, { maxBuffer: 1 << 28 });

async function* requests() {
  yield stt.StreamingRequest.fromPartial({
    sessionOptions: {
      recognitionModel: {
        audioFormat: {
          rawAudio: {
            audioEncoding: stt.RawAudio_AudioEncoding.LINEAR16_PCM,
            sampleRateHertz: RATE_HZ,
            audioChannelCount: 1,
          },
        },
        textNormalization: {
          textNormalization: stt.TextNormalizationOptions_TextNormalization.TEXT_NORMALIZATION_ENABLED,
        },
        audioProcessingType: stt.RecognitionModelOptions_AudioProcessingType.REAL_TIME,
      },
    },
  });
  for (let at = 0; at < sound.length; at += CHUNK_BYTES) {
    yield stt.StreamingRequest.fromPartial({ chunk: { data: sound.subarray(at, at + CHUNK_BYTES) } });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function main() {
  const client = new Session({ iamToken: process.env.API_KEY }).client(sttService.RecognizerClient);
  const refined = new Map();
  let ends = 0;
  for await (const event of client.recognizeStreaming(requests())) {
    if (event.finalRefinement) {
      const { finalIndex, normalizedText } = event.finalRefinement;
      refined.set(Number(finalIndex), normalizedText.alternatives[0].text);
    }
    if (event.eouUpdate) ends += 1;
  }
  if (!ends) throw new Error("no end of an utterance");
  console.log(JSON.stringify({ text: [...refined.values()].join(" ") }));
}

main().then(() => process.exit(0)).catch((error) => {
  console.error(error);
  process.exit(1);
});
