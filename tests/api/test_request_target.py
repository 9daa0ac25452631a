"""Forms of a path that HTTP or careless addresses bring."""

import pytest

from govor.api.request_target import origin_form


@pytest.mark.parametrize(
    ("target", "host", "path", "decoded"),
    [
        (b"/operations/a", b"given", b"/operations/a", "/operations/a"),
        (b"//operations", b"given", b"//operations", "//operations"),
        (b"https://host:443/b%D0%B7/c", b"host:443", b"/b%D0%B7/c", "/bз/c"),
        (b"HTTP://host", b"host", b"/", "/"),
        (b"http://host/https://other/", b"host", b"/https://other/", "/https://other/"),
        (b"/https://other/", b"given", b"/https://other/", "/https://other/"),
        (b"*", b"given", b"*", "*"),
        (b"ftp://host/a", b"given", b"ftp://host/a", "ftp://host/a"),
    ],
)
def test_absolute_target_says_host_and_path(target: bytes, host: bytes, path: bytes, decoded: str) -> None:
    given = {"raw_path": target, "path": target.decode(), "headers": [(b"host", b"given"), (b"a", b"b")]}
    scope = origin_form(given)
    assert (dict(scope["headers"])[b"host"], scope["raw_path"], scope["path"]) == (host, path, decoded)
    assert dict(scope["headers"])[b"a"] == b"b"
