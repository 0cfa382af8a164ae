"""The description of the public interface (OpenAPI 3.1): what programs may ask, and what they are answered."""

MAX_DAYS = 31


def _ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties, **more):
    """An object all of whose properties are always there."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def _array(items, **more):
    return {"type": "array", "items": items, **more}


_ID = {"type": "integer", "minimum": 1}
_TEXT = {"type": "string"}
_OPTIONAL_TEXT = {"type": ["string", "null"]}
_MINUTES = {"type": "integer", "minimum": 1, "description": "Minutes"}
_ZONE = {"type": "string", "description": "Name of a time zone", "examples": ["Europe/Paris"]}
_INSTANT = {
    "type": "string",
    "format": "date-time",
    "description": "Instant with its offset from UTC, on the clock of `time_zone`",
    "examples": ["2026-03-03T09:00:00+01:00"],
}
_OPTIONAL_INSTANT = {"type": ["string", "null"], "format": "date-time"}
_DATE = {"type": "string", "format": "date", "examples": ["2026-03-03"]}
_URL = {"type": "string", "format": "uri"}

_SCHEMAS = {
    "Type": _object(
        {
            "slug": {"type": "string", "description": "Names the type in addresses"},
            "name": _TEXT,
            "welcome_text": _OPTIONAL_TEXT,
            "category": _OPTIONAL_TEXT,
            "channel": {"enum": ["in_person", "video", "phone", "other"]},
            "duration_minutes": _object({"min": _MINUTES, "max": _MINUTES}),
            "time_zone": _ZONE,
            "sign_in": {
                "enum": ["none", "optional", "required"],
                "description": "Whether booking needs an account of the website",
            },
            "needs_code": {
                "type": "boolean",
                "description": "Whether it takes an access code: send it as `code` to be told more",
            },
            "opens_at": {**_OPTIONAL_INSTANT, "description": "When booking opens; before, there are no slots"},
            "closes_at": {**_OPTIONAL_INSTANT, "description": "When booking closes; from then on, there are no slots"},
            "url": {**_URL, "description": "Page on which it is booked"},
            "reasons": _array(_ref("Reason"), description="With several, slots are asked for one of them"),
            "agencies": _array(_ref("Agency"), description="Empty where places do not matter"),
        }
    ),
    "Reason": _object(
        {
            "id": _ID,
            "name": _TEXT,
            "duration_minutes": _MINUTES,
            "agencies": {
                "type": ["array", "null"],
                "items": _ID,
                "description": "Where it is handled; null means at all agencies of the type",
            },
        }
    ),
    "Agency": _object({"id": _ID, "name": _TEXT, "address": _OPTIONAL_TEXT, "time_zone": _ZONE}),
    "Types": _object({"types": _array(_ref("Type"))}),
    "Slot": _object(
        {
            "start": _INSTANT,
            "end": _INSTANT,
            "agency": {"type": ["integer", "null"]},
            "url": {**_URL, "description": "Page that shows the slot, where it can be booked"},
        }
    ),
    "Slots": _object(
        {
            "type": _TEXT,
            "reason": {"type": ["integer", "null"]},
            "from": _DATE,
            "to": _DATE,
            "time_zone": _ZONE,
            "slots": _array(_ref("Slot")),
        }
    ),
    "Problem": _object(
        {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
        description="What went wrong (RFC 9457)",
    ),
}

_LANG = {
    "name": "lang",
    "in": "query",
    "description": "Language of the texts, one of the website's",
    "schema": {"type": "string", "examples": ["fr_FR"]},
}
_SLUG = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}


def _parameter(name, description, **schema):
    return {"name": name, "in": "query", "description": description, "schema": schema}


_CODE = _parameter("code", "The access code, where the type needs one", type="string")


def _operation(name, summary, schema, parameters, *, problems):
    problem = {"content": {"application/problem+json": {"schema": _ref("Problem")}}}
    told = {
        "400": "A parameter cannot be read, or one is missing",
        "403": "The access code is missing, or not right",
        "404": "Nothing that can be booked has this name or number",
        "429": "Asked too often: try again after the seconds of `Retry-After`",
    }
    etag = {"ETag": {"schema": {"type": "string"}, "description": "Send it as `If-None-Match` the next time"}}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": summary,
                    "headers": etag,
                    "content": {"application/json": {"schema": _ref(schema)}},
                },
                "304": {"description": "Nothing has changed since the answer with that `ETag`"},
                **{status: {"description": told[status], **problem} for status in problems},
            },
        }
    }


def describe(title, server):
    """Return the description as values of JSON.

    :param title: name of the website
    :param server: its address
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title}: free slots",
            "version": "1",
            "description": "What can be booked and when. Reading only; booking is done on the pages that are named.",
        },
        "servers": [{"url": server}],
        "paths": {
            "/booking/api/v1/types": _operation(
                "listTypes", "The types that can be booked", "Types", [_LANG], problems=["400", "429"]
            ),
            "/booking/api/v1/types/{slug}": _operation(
                "getType",
                "A type with its reasons and agencies",
                "Type",
                [_SLUG, _CODE, _LANG],
                problems=["400", "403", "404", "429"],
            ),
            "/booking/api/v1/types/{slug}/slots": _operation(
                "listSlots",
                "The free slots of a type",
                "Slots",
                [
                    _SLUG,
                    _parameter("from", "First day, today without it", type="string", format="date"),
                    _parameter(
                        "to",
                        f"Last day, included: at most {MAX_DAYS} days in all, 7 without it",
                        type="string",
                        format="date",
                    ),
                    _parameter("reason", "Number of the reason; needed where the type has several", **_ID),
                    _parameter("agency", "Number of the agency; without it, those of all are listed", **_ID),
                    _parameter("tz", "Time zone of the days and hours, else that of the place", type="string"),
                    _CODE,
                    _LANG,
                ],
                problems=["400", "403", "404", "429"],
            ),
        },
        "components": {"schemas": _SCHEMAS},
    }
