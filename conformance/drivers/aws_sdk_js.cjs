// AWS SDK for JavaScript v3 at storage.yandexcloud.net: put, read, list, a presigned link, delete; then API v2 over it.

const fs = require("node:fs");
const https = require("node:https");
const { HttpsProxyAgent } = require("https-proxy-agent");
const { NodeHttpHandler } = require("@smithy/node-http-handler");
const s3 = require("@aws-sdk/client-s3");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const agent = new HttpsProxyAgent(process.env.HTTPS_PROXY);
const client = new s3.S3Client({
  endpoint: "https://storage.yandexcloud.net",
  region: "ru-central1",
  forcePathStyle: true,
  credentials: { accessKeyId: process.env.S3_KEY_ID, secretAccessKey: process.env.S3_SECRET },
  requestHandler: new NodeHttpHandler({ httpsAgent: agent }),
});
const audio = fs.readFileSync(process.argv[2]);
const where = { Bucket: "javascript", Key: "записи/one two+three.ogg" };
const POLLS_MAX = 200;

function ask(method, url, body) {
  const headers = { authorization: `Api-Key ${process.env.API_KEY}` };
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, agent, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve(JSON.parse(Buffer.concat(parts).toString())));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function recognised(uri) {
  const body = JSON.stringify({ config: { specification: { languageCode: "ru-RU" } }, audio: { uri } });
  const url = "https://transcribe.api.cloud.yandex.net/speech/stt/v2/longRunningRecognize";
  let operation = await ask("POST", url, body);
  for (let attempt = 0; attempt < POLLS_MAX && !operation.done; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    operation = await ask("GET", `https://operation.api.cloud.yandex.net/operations/${operation.id}`);
  }
  return operation.response.chunks.map((chunk) => chunk.alternatives[0].text).join(" ");
}

async function main() {
  await client.send(new s3.CreateBucketCommand({ Bucket: where.Bucket }));
  await client.send(new s3.PutObjectCommand({ ...where, Body: audio }));
  const read = await client.send(new s3.GetObjectCommand(where));
  const bytes = Buffer.from(await read.Body.transformToByteArray());
  if (!bytes.equals(audio)) throw new Error("another object came back");
  const listed = await client.send(new s3.ListObjectsV2Command({ Bucket: where.Bucket }));
  if (listed.Contents[0].Key !== where.Key) throw new Error(listed.Contents[0].Key);
  const text = await recognised(await getSignedUrl(client, new s3.GetObjectCommand(where)));
  await client.send(new s3.DeleteObjectCommand(where));
  const left = await client.send(new s3.ListObjectsV2Command({ Bucket: where.Bucket }));
  if (left.KeyCount !== 0) throw new Error("it is still there");
  console.log(JSON.stringify({ text }));
}

main().then(() => process.exit(0)).catch((error) => {
  console.error(error);
  process.exit(1);
});
