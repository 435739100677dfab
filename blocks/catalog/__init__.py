"""What can be asked: a file per model family, a typed request per model, prices and limits.

row = catalog.find("wan2.6-t2v")
request = catalog.request({"model": "wan2.6-t2v", "input": {"prompt": "…"}, "parameters": {"duration": 10}})
request.body()                    # what goes over the wire, and nothing more
catalog.quote(request).amount     # what it will cost
catalog.read(request.model, answer).urls
"""

from blocks.catalog import prompts as prompts
from blocks.catalog.annotations import Media, Text
from blocks.catalog.answers import Answer, FailedPart, Status, read
from blocks.catalog.asking import request
from blocks.catalog.billing import Bill, cost, quote
from blocks.catalog.describing import describe
from blocks.catalog.errors import InvalidRequest, Problem, UnknownModel
from blocks.catalog.fields import Field, fields_of
from blocks.catalog.model import Billing, Limits, Model, OutputType, Result
from blocks.catalog.pairings import HANDOVERS, PAIRINGS, NotPassed, Pairing, advised, hand_over, pair
from blocks.catalog.places import not_served
from blocks.catalog.requests import MediaField, Request
from blocks.catalog.rows import MODELS, at_once, find
from blocks.catalog.sources import MEANINGS as SURE
from blocks.catalog.sources import examples

__all__ = [
    "HANDOVERS",
    "MODELS",
    "PAIRINGS",
    "SURE",
    "Answer",
    "Bill",
    "Billing",
    "FailedPart",
    "Field",
    "InvalidRequest",
    "Limits",
    "Media",
    "MediaField",
    "Model",
    "NotPassed",
    "OutputType",
    "Pairing",
    "Problem",
    "Request",
    "Result",
    "Status",
    "Text",
    "UnknownModel",
    "advised",
    "at_once",
    "cost",
    "describe",
    "examples",
    "fields_of",
    "find",
    "hand_over",
    "not_served",
    "pair",
    "prompts",
    "quote",
    "read",
    "request",
]
