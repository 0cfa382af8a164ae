"""A visitor of the booking pages without JavaScript, over real HTTP: reads the page, follows its links and forms."""

import itertools
from dataclasses import dataclass
from typing import Any

import requests
from lxml import html

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Page:
    status: int
    url: str
    content: Any  # lxml's element

    @property
    def starts(self):
        """The slots that the page offers, as its buttons send them."""
        return [button.get("value") for button in self.content.xpath("//button[@name='start']")]

    @property
    def text(self):
        return " ".join(self.content.text_content().split())

    def form(self, ending):
        """The form whose address ends so."""
        return next(form for form in self.content.forms if form.get("action").endswith(ending))


class Visitor:
    """One person's browser: it keeps its cookies, and the status of every answer it got."""

    def __init__(self, base_url, timeout=300):
        self.base_url = base_url
        self.timeout = timeout
        self.session = requests.Session()
        self.statuses = []
        number = next(_NUMBERS)
        self.answers = {
            "last_name": "Martin",
            "first_name": "Anne",
            "email": f"visitor-{number}@example.com",
            "phone": f"+336{20_000_000 + number}",
        }

    def open(self, path):
        return self._read(self.session.get(self.base_url + path, timeout=self.timeout))

    def hold(self, page, start):
        """Press the button of a slot; return the form, or the page that says that the slot is gone."""
        return self._send(page.form("/hold"), {"start": start})

    def book(self, page, **answers):
        """Fill in the form of a held slot and send it."""
        form = page.form(page.url.split("?")[0].rsplit("/", 1)[1])
        return self._send(form, self._fill_in(form, self.answers | answers))

    def _fill_in(self, form, answers):
        """Find each field by the token by which browsers know what it is for."""
        known_as = {"family-name": "last_name", "given-name": "first_name", "email": "email", "tel": "phone"}
        fields = {known_as.get(field.get("autocomplete")): field.get("name") for field in form.xpath(".//input")}
        return {name: answers[role] for role, name in fields.items() if role}

    def _send(self, form, values):
        fields = dict(form.form_values()) | values
        return self._read(self.session.post(self.base_url + form.get("action"), data=fields, timeout=self.timeout))

    def _read(self, response):
        self.statuses.append(response.status_code)
        return Page(response.status_code, response.url, html.fromstring(response.content))
