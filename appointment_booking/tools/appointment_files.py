"""Appointments as CSV, XLSX and XML files, written row by row so that memory does not grow with the list.

A row is a list of ``None``, ``str``, ``int``, ``float`` or ``datetime`` (in the reader's zone).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import BinaryIO, NamedTuple

from lxml import etree

from .spreadsheet import csv_text, is_formula, xml_text


class Look(NamedTuple):
    """How the reader's language writes things."""

    date_format: str  # for strftime
    time_format: str  # for strftime
    decimal_point: str

    @property
    def hours(self) -> str:
        """A day and an hour, without seconds: appointments have none."""
        return f"{self.date_format} {self.time_format}".replace(":%S", "")


def write_csv(
    file: BinaryIO, names: Sequence[str], labels: Sequence[str], rows: Iterable[Sequence], look: Look
) -> None:
    """Write a CSV file that spreadsheets open at a double click: UTF-8 with a mark, and the separator they expect."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";" if look.decimal_point == "," else ",")
    hours = look.hours

    def cell(value):
        if value is None:
            return ""
        if isinstance(value, str):
            return csv_text(value)
        if isinstance(value, datetime):
            return value.strftime(hours)
        return str(value).replace(".", look.decimal_point)

    writer.writerow([csv_text(label) for label in labels])
    for row in rows:
        writer.writerow([cell(value) for value in row])
    text.flush()
    text.detach()


def write_xlsx(
    file: BinaryIO, names: Sequence[str], labels: Sequence[str], rows: Iterable[Sequence], look: Look
) -> None:
    """Write a workbook with one sheet. Text is text: it is never written as a formula, a link or a number."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": _excel_format(look)})
    sheet = workbook.add_worksheet()
    bold = workbook.add_format({"bold": True, "bottom": 1})
    hours = workbook.add_format({"num_format": _excel_format(look), "align": "left"})
    text_only = workbook.add_format({"quote_prefix": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(labels) - 1, 0), 20)
    for column, label in enumerate(labels):
        sheet.write_string(0, column, label, bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                value = xml_text(value)[: sheet.xls_strmax]
                sheet.write_string(last, column, value, text_only if is_formula(value) else None)
            elif isinstance(value, datetime):
                sheet.write_datetime(last, column, value.replace(tzinfo=None), hours)
            else:
                sheet.write_number(last, column, value)
    sheet.autofilter(0, 0, last, max(len(labels) - 1, 0))
    workbook.close()


def write_xml(
    file: BinaryIO, names: Sequence[str], labels: Sequence[str], rows: Iterable[Sequence], look: Look
) -> None:
    """Write an element for each appointment, in which an element for each value that there is; hours as ISO 8601."""
    with etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("appointments"):
            with xml.element("columns"):
                for name, label in zip(names, labels, strict=True):
                    with xml.element("column", name=name):
                        xml.write(xml_text(label))
            for row in rows:
                appointment = etree.Element("appointment")
                for name, value in zip(names, row, strict=True):
                    if value is not None and value != "":
                        if isinstance(value, datetime):
                            value = value.isoformat()
                        etree.SubElement(appointment, name).text = xml_text(str(value))
                xml.write(appointment)


def _excel_format(look):
    """What strftime calls ``%d/%m/%Y %H:%M:%S`` is ``dd/mm/yyyy hh:mm`` in Excel."""
    words = {
        "d": "dd",
        "-d": "d",
        "m": "mm",
        "-m": "m",
        "b": "mmm",
        "B": "mmmm",
        "Y": "yyyy",
        "y": "yy",
        "a": "ddd",
        "A": "dddd",
        "H": "hh",
        "-H": "h",
        "I": "hh",
        "-I": "h",
        "M": "mm",
        "p": "AM/PM",
    }
    found, text = "", look.hours
    while text:
        if text[0] != "%":
            found, text = found + (text[0] if text[0] in "/-.:, " else f'"{text[0]}"'), text[1:]
            continue
        code = text[1:3] if text[1:2] == "-" else text[1:2]
        found, text = found + words.get(code, ""), text[1 + len(code) :]
    return found


WRITERS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "xml": (write_xml, "application/xml"),
}
