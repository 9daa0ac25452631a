// axios: API v2 as a telephone server asks for it: the bucket in the host name, deferred-general, literature_text.

const fs = require("node:fs");
const axios = require("axios");
const { HttpsProxyAgent } = require("https-proxy-agent");
const { NodeHttpHandler } = require("@smithy/node-http-handler");
const s3 = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");

const agent = new HttpsProxyAgent(process.env.HTTPS_PROXY);
const bucket = "telephone";
const client = new s3.S3Client({
  endpoint: "https://storage.yandexcloud.net",
  region: "ru-central1",
  credentials: { accessKeyId: process.env.S3_KEY_ID, secretAccessKey: process.env.S3_SECRET },
  requestHandler: new NodeHttpHandler({ httpsAgent: agent }),
});
const api = axios.create({
  headers: { Authorization: `Api-Key ${process.env.API_KEY}` },
  httpsAgent: agent,
  proxy: false, // the agent does it
});
const POLLS_MAX = 200;

async function recognised(uri) {
  const specification = {
    languageCode: "ru-RU",
    model: "deferred-general",
    profanityFilter: false,
    literature_text: true,
    audioEncoding: "OGG_OPUS",
    rawResults: false,
  };
  const url = "https://transcribe.api.cloud.yandex.net/speech/stt/v2/longRunningRecognize";
  const submitted = await api.post(url, { config: { specification }, audio: { uri } });
  for (let attempt = 0; attempt < POLLS_MAX; attempt += 1) {
    const { data } = await api.get(`https://operation.api.cloud.yandex.net/operations/${submitted.data.id}`);
    if (data.done) return data;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error("it does not end");
}

// Errors are shown by their message.
async function refusal() {
  const url = "https://transcribe.api.cloud.yandex.net/speech/stt/v2/longRunningRecognize";
  const answer = await api.post(url, { config: {} }, { validateStatus: () => true });
  if (answer.status !== 400 || !answer.data.message) throw new Error(JSON.stringify(answer.data));
}

async function main() {
  const params = { Bucket: bucket, Key: "2026/call 1.ogg", Body: fs.createReadStream(process.argv[2]) };
  const { Location } = await new Upload({ client, params }).done();
  if (!new URL(Location).hostname.startsWith(`${bucket}.`)) throw new Error(Location);
  const operation = await recognised(Location);
  const chunks = operation.response.chunks.filter((chunk) => chunk.channelTag === "1");
  await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: params.Key }));
  await refusal();
  console.log(JSON.stringify({ text: chunks.map((chunk) => chunk.alternatives[0].text).join(" ") }));
}

main().then(() => process.exit(0)).catch((error) => {
  console.error(error);
  process.exit(1);
});
