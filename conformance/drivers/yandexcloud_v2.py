"""yandexcloud: SpeechKit's gRPC API v2 through the SDK, given a service account's key file."""

import json
import os
import sys

import grpc
import requests
import yandexcloud
from yandex.cloud.ai.stt.v2.stt_service_pb2 import (
    LongRunningRecognitionRequest,
    LongRunningRecognitionResponse,
    RecognitionAudio,
    RecognitionConfig,
    RecognitionSpec,
)
from yandex.cloud.ai.stt.v2.stt_service_pb2_grpc import SttServiceStub
from yandex.cloud.iam.v1.iam_token_service_pb2 import RevokeIamTokenRequest
from yandex.cloud.iam.v1.iam_token_service_pb2_grpc import IamTokenServiceStub

with open(sys.argv[1], "rb") as audio:
    url = "https://api.cloud.yandex.net/objects/sdk/speech.ogg"
    header = {"Authorization": "Api-Key " + os.environ["API_KEY"]}
    link = requests.put(url, audio.read(), headers=header).json()["uri"]

with open(os.environ["KEY_FILE"]) as file:
    sdk = yandexcloud.SDK(service_account_key=json.load(file))
specification = RecognitionSpec(language_code="ru-RU", audio_encoding=RecognitionSpec.OGG_OPUS)
request = LongRunningRecognitionRequest(
    config=RecognitionConfig(specification=specification), audio=RecognitionAudio(uri=link)
)
operation = sdk.client(SttServiceStub).LongRunningRecognize(request)
assert operation.created_by == os.environ["ACCOUNT_ID"]
result = sdk.wait_operation_and_get_result(
    operation, response_type=LongRunningRecognitionResponse, timeout=200
)
try:
    sdk.client(IamTokenServiceStub).Revoke(RevokeIamTokenRequest(iam_token="t1.no." + "A" * 86))
except grpc.RpcError as error:
    code = error.code()
assert code == grpc.StatusCode.INVALID_ARGUMENT
print(json.dumps({"text": " ".join(chunk.alternatives[0].text for chunk in result.response.chunks)}))
