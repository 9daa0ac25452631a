"""Where webhooks may lead, before and after names are looked up."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from govor.errors import BadRequest, BadSetting
from govor.settings import Settings
from govor.storage.addresses import IPAddress
from govor.webhooks.sender import Sender
from govor.webhooks.targets import Targets
from tests.webhooks.receiver import receiving


def targets(allow: str = "") -> Targets:
    """What an operator allows."""
    return Targets.of(Settings(webhook_allow=allow))


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("https://example.org/hook", ""),
        ("https://example.org:8443/hook?a=b", ""),
        ("https://93.184.215.14/", ""),
        ("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", ""),
        ("http://localhost:9000/x", "localhost:9000"),
        ("http://hooks.lan/x", "other.lan, HOOKS.lan"),
        ("https://10.1.2.3/", "10.0.0.0/8"),
        ("http://10.1.2.3:81/", "10.0.0.0/8"),
    ],
)
def test_these_may_be_told(url: str, allow: str) -> None:
    assert targets(allow).check(url).url == url


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("http://example.org/hook", ""),
        ("ftp://example.org/", ""),
        ("file:///etc/passwd", ""),
        ("https://", ""),
        ("https://user:secret@example.org/", ""),
        ("https://127.0.0.1/", ""),
        ("https://[::1]/", ""),
        ("https://[::ffff:10.0.0.1]/", ""),
        ("https://169.254.169.254/latest/meta-data", ""),
        ("https://10.1.2.3/", "10.2.0.0/16"),
        ("http://localhost:9001/", "localhost:9000"),
        ("https://example.org/\r\nX: y", ""),
    ],
)
def test_these_may_not(url: str, allow: str) -> None:
    with pytest.raises(BadRequest):
        targets(allow).check(url)


@pytest.mark.parametrize("allow", ["10.0.0.0/40", "http://x", "a b"])
def test_a_list_that_cannot_be_read_stops_the_service(allow: str) -> None:
    with pytest.raises(BadSetting):
        targets(allow)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["fd00::1"], []])
async def test_a_public_name_that_leads_inside_is_refused_when_it_is_connected_to(found: list[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[IPAddress]:
        return [ip_address(each) for each in found]

    with pytest.raises(BadRequest, match="private or reserved"):
        await Sender(targets(), resolve).post("https://hooks.example.org/x", {}, b"{}")


async def test_redirects_are_not_followed() -> None:
    with receiving() as receiver, receiving() as elsewhere:
        receiver.statuses, receiver.location = [302], elsewhere.url
        assert await Sender(targets("127.0.0.1")).post(receiver.url, {"X-A": "b"}, b"{}") == 302
        assert not elsewhere.messages
    (message,) = receiver.messages
    assert (message.path, message.body, message.headers["x-a"]) == ("/hook?from=govor", b"{}", "b")
    assert message.headers["host"].startswith("127.0.0.1:")
