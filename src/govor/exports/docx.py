"""A transcript as a document of Word's (Office Open XML, ECMA-376): a zip of five small files. Pure.

Written by hand: a library for such documents brings an XML library of 5 MB, for a title and paragraphs.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from govor.exports.speakers import name_of
from govor.exports.subtitles import clock
from govor.records import Chunk, Transcript

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_TYPE = "application/vnd.openxmlformats-package"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# Zip archives have dates; the same transcript is the same file whenever it is written.
DATE = (1980, 1, 1, 0, 0, 0)
# What XML 1.0 cannot hold, whatever is written around it.
IMPOSSIBLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))

CONTENT_TYPES = f"""{XML}<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="{PACKAGE_TYPE}.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{WORD_TYPE}.styles+xml"/>
<Override PartName="/docProps/core.xml" ContentType="{PACKAGE_TYPE}.core-properties+xml"/>
</Types>"""
RELATIONS = f"""{XML}<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>
<Relationship Id="r2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>
</Relationships>"""
DOCUMENT_RELATIONS = f"""{XML}<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="r1" Type="{OFFICE}/styles" Target="styles.xml"/>
</Relationships>"""
STYLES = f"""{XML}<w:styles xmlns:w="{WORD}">
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/>
<w:sz w:val="22"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>
<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>
</w:styles>"""


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What stands in the document besides the transcript."""

    title: str
    created: str  # RFC 3339


def write(transcript: Transcript, speakers: Mapping[str, str], about: About) -> bytes:
    """The document."""
    body = "".join(paragraphs(transcript, speakers, about))
    files = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS,
        "word/document.xml": f'{XML}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": DOCUMENT_RELATIONS,
        "word/styles.xml": STYLES,
        "docProps/core.xml": properties(about),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode("utf-8", "replace"))
    return content.getvalue()


def paragraphs(transcript: Transcript, speakers: Mapping[str, str], about: About) -> Iterator[str]:
    """The title, then an utterance each: time, speaker, text."""
    yield paragraph(run(about.title), style="Title")
    for chunk in transcript.chunks:
        yield paragraph(
            run(f"{moment(chunk)} ", '<w:color w:val="808080"/>'), *spoken(chunk, transcript, speakers)
        )


def spoken(chunk: Chunk, transcript: Transcript, speakers: Mapping[str, str]) -> Iterator[str]:
    """The speaker in bold, where there are several or he has a name, and what he says."""
    if name := name_of(chunk, transcript, speakers):
        yield run(f"{name}: ", "<w:b/>")
    yield run(chunk.text)


def moment(chunk: Chunk) -> str:
    """When it begins: 01:02:03."""
    return clock(chunk.words[0].start_ms, ".").partition(".")[0]


def paragraph(*runs: str, style: str = "") -> str:
    """A paragraph of runs."""
    chosen = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{chosen}{''.join(runs)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """Text with properties of its own."""
    chosen = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{chosen}<w:t xml:space="preserve">{plain(text)}</w:t></w:r>'


def plain(text: str) -> str:
    """Text as XML has it."""
    return escape(text.translate(IMPOSSIBLE), quote=False)


def properties(about: About) -> str:
    """Title and date, where file managers look for them."""
    return (
        f'{XML}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{plain(about.title)}</dc:title>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{plain(about.created)}</dcterms:created>'
        "</cp:coreProperties>"
    )
