import base64
import io
import zipfile

from odoo import Command

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PROGRAM = (
    b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 44 + b"\x80\x00\x00\x00" + b"\x00" * 200
)
JPEG = (
    bytes.fromhex(
        "ffd8ffe000104a46494600010101006000600000ffdb0043000302020302020303030304030304050805050404050a0707060806"
    )
    + b"\xff\xd9"
)
MB = 1024 * 1024


def office(folder="word", **more):
    """Return a document as an office program writes it."""
    kind = {"word": "wordprocessingml.document", "xl": "spreadsheetml.sheet"}[folder]
    part = {"word": "document", "xl": "workbook"}[folder]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/{folder}/{part}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            f'{kind}.main+xml"/></Types>',
        )
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(f"{folder}/{part}.xml", "<document/>")
        for name, text in more.items():
            archive.writestr(f"{folder}/{name}.bin", text)
    return content.getvalue()


class FormMixin:
    """Questions of every kind on the type of the tests."""

    def ask(self, kind, name=None, options=(), booking_type=None, **values):
        """Add a question to the form, the last one."""
        booking_type = booking_type or self.type
        return self.env["booking.question"].create(
            {
                "type_id": booking_type.id,
                "name": name or f"A {kind}",
                "kind": kind,
                "sequence": 20 + len(booking_type.question_ids),
                "option_ids": [
                    Command.create({"name": option, "sequence": number}) for number, option in enumerate(options)
                ],
                **values,
            }
        )

    def all_kinds(self):
        """Return ``{kind: question}`` of a form that asks one of each kind besides who books."""
        fruit = ("Apple", "Pear", "Plum")
        return {
            "text": self.ask("text"),
            "long_text": self.ask("long_text"),
            "checkbox": self.ask("checkbox"),
            "checkboxes": self.ask("checkboxes", options=fruit),
            "radio": self.ask("radio", options=fruit),
            "dropdown": self.ask("dropdown", options=fruit),
            "date": self.ask("date"),
            "file": self.ask("file"),
            "note": self.ask("note", note="<p>Bring <b>papers</b>.</p>"),
            "hidden": self.ask("hidden", prefill_param="from", default_value="site"),
        }

    def tell(self, question, text, **known):
        """Return what becomes of a text that was typed, or the message that it gets."""
        _booker, answers, errors = question._read_answers({question.id: text}, self.env.ref("base.fr"), **known)
        return errors.get(question.id) or answers
