"""The clients, what they are installed from, and the driver that uses each as its documentation says.

Each client has an environment of its own: their requirements contradict each other and ours.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """One client and how it is run."""

    name: str
    requirements: tuple[str, ...]  # of its environment; () for what runs with the standard library
    alone: tuple[str, ...] = ()  # installed without what they ask for
    modules: tuple[str, ...] = ()  # packages of npm; its driver is then DRIVER.cjs, run by Node.js
    driver: str  # conformance/drivers/DRIVER.py
    what: str


YANDEXCLOUD = "yandexcloud==0.413.0"
AI_STUDIO = "yandex-ai-studio-sdk==0.22.1"
SPEECHKITTY = ("speechkitty==0.2.1", "pandas<3")  # its parser falls over pandas 3, whatever is answered
# It asks for grpcio-tools, which it does not use and which does not install beside the protobuf it asks for.
TIKHONP = ("boto3", "requests", "pyjwt", "cryptography", "grpcio", "protobuf==3.19.6")
TIKHONP_ALONE = ("speechkit==2.2.3",)
LIBRARIES = ("aiohttp==3.14.5", "boto3==1.44.5", "httpx==0.28.1", "openai==3.54.0", "requests==2.34.2")
NODEJS_SDK = ("@yandex-cloud/nodejs-sdk@3.2.0",)
JAVASCRIPT = (
    "@aws-sdk/client-s3@3.1163.0",
    "@aws-sdk/lib-storage@3.1163.0",
    "@aws-sdk/s3-request-presigner@3.1163.0",
    "@smithy/node-http-handler@4",
    "axios@1",
    "https-proxy-agent@7",
)
CLIENTS = (
    Client(name="curl", requirements=(), driver="docs_curl", what="the documented commands, v2"),
    Client(name="curl-v3", requirements=(), driver="docs_curl_v3", what="the documented commands, v3"),
    Client(
        name="requests",
        requirements=SPEECHKITTY,  # which brings requests
        driver="docs_requests",
        what="the documented script, v2, Bearer",
    ),
    Client(
        name="yandexcloud",
        requirements=(YANDEXCLOUD,),
        driver="yandexcloud_v2",
        what="gRPC v2: discovery, JWT, operation waiter",
    ),
    Client(
        name="speechkitty",
        requirements=SPEECHKITTY,
        driver="speechkitty_v2",
        what="REST v2, upload and deletion over S3",
    ),
    Client(
        name="speechkit-long",
        requirements=TIKHONP,
        alone=TIKHONP_ALONE,
        driver="tikhonp_long",
        what="JWT, static keys, a new bucket, a presigned link, REST v2",
    ),
    Client(
        name="speechkit-short",
        requirements=TIKHONP,
        alone=TIKHONP_ALONE,
        driver="tikhonp_short",
        what="REST v1, LPCM",
    ),
    Client(
        name="speechkit-stream",
        requirements=TIKHONP,
        alone=TIKHONP_ALONE,
        driver="tikhonp_stream",
        what="gRPC streaming v2",
    ),
    Client(
        name="ai-studio",
        requirements=(AI_STUDIO, YANDEXCLOUD),
        driver="ai_studio_v3",
        what="gRPC v3 asynchronous: inline audio, poll, result, deletion",
    ),
    Client(
        name="yandex-speechkit",
        requirements=("yandex-speechkit==1.7.0",),
        driver="yandex_speechkit_v3",
        what="gRPC v3 streaming, FULL_DATA",
    ),
    Client(
        name="nodejs-sdk",
        requirements=(),
        modules=NODEJS_SDK,
        driver="nodejs_sdk",
        what="Node.js, gRPC v2 and v3: JWT, inline audio, operation waiter",
    ),
    Client(
        name="nodejs-stream",
        requirements=(),
        modules=NODEJS_SDK,
        driver="nodejs_stream",
        what="Node.js, gRPC v3 streaming, REAL_TIME",
    ),
    Client(
        name="aws-sdk-js",
        requirements=(),
        modules=JAVASCRIPT,
        driver="aws_sdk_js",
        what="Node.js: objects with an odd key, a presigned link, REST v2",
    ),
    Client(
        name="axios",
        requirements=(),
        modules=JAVASCRIPT,
        driver="axios_v2",
        what="Node.js: a bucket in the host name, deferred-general, REST v2",
    ),
    Client(
        name="httpx",
        requirements=LIBRARIES,
        driver="httpx_v3",
        what="REST v3: inline audio, results line by line, deletion",
    ),
    Client(
        name="aiohttp",
        requirements=LIBRARIES,
        driver="aiohttp_v2",
        what="REST v2, several recordings at once, links without a signature",
    ),
    Client(
        name="batch",
        requirements=LIBRARIES,
        driver="batch_v2",
        what="requests, REST v2: WAV as LPCM, presigned links, quoted values",
    ),
    Client(
        name="openai",
        requirements=LIBRARIES,
        driver="openai_audio",
        what="OpenAI's client: transcriptions as text and with segments",
    ),
)
