"""The report as a Word file, from the built-in template or an office's own. Only called in a limited child: a
template is a small program, and an office's own is a stranger's.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from app import limits
from app.limits import Progress, Unfit
from app.sheets.zipped import weighed

BUILT_IN = Path(__file__).parent.parent / "data" / "report.docx"


def render(attachment: bytes, told: Progress, statement: dict[str, Any]) -> str:
    """The filled template, base64. `attachment` is the office's own; empty: the built-in one.

    :raises Unfit: when it is no .docx, or a placeholder in it is none of ours.
    """
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    words = attachment or BUILT_IN.read_bytes()
    if "word/document.xml" not in weighed(words):
        raise Unfit("这不是 Word 文件。请上传 .docx；旧格式的 .doc 请先另存为 .docx。")
    told(0, 2)
    try:
        template = DocxTemplate(io.BytesIO(words))
        template.render(statement, jinja_env=ImmutableSandboxedEnvironment(undefined=StrictUndefined),
                        autoescape=True)
    except TemplateError as error:
        raise Unfit(f"模板里有填不出来的地方：{str(error)[:160]}。可用的名称见“模板里能写什么”。") from error
    except Exception as error:
        raise Unfit("模板读不出来。请用 Word 或 WPS 另存为 .docx 再上传。") from error
    told(1, 2)
    filled = io.BytesIO()
    template.save(filled)
    told(2, 2)
    return base64.b64encode(filled.getvalue()).decode()


def unpacked(result: str) -> bytes:
    """What `render` gave, as the bytes of the file."""
    return base64.b64decode(result)


def tried(words: bytes, statement: dict[str, Any]) -> None:
    """Fills a template in a child of its own and throws the result away.

    :raises Unfit: with the reason why it cannot be filled.
    """
    limits.run("app.reports.statements.word:render", {"statement": statement}, words,
               told=lambda done, total: None, seconds=20)
