"""No number and no name of the example's inputs is whole in anything that its audit writes."""

import json
import re

from web.conftest import NOVEMBER, Audited
from web.packed import whole

NUMBER = re.compile(r"(?<!\d)\d{10,19}[Xx]?(?!\d)")


def test_no_number_and_no_name_of_the_inputs_is_in_an_output(november: Audited) -> None:
    """Every telephone, identity and card number of log and profiles is looked for in the page and in the JSON."""
    inputs = [(NOVEMBER / name).read_text("utf-8") for name in ("source/contacts.csv", "cases.jsonl")]
    numbers = {number for words in inputs for number in NUMBER.findall(words)}
    names = set(re.findall(r'"name": ?"([^"]+)"', inputs[1]))
    assert len(numbers) > 20
    assert names
    outputs = whole(november.page.read_text("utf-8")) + json.dumps(november.report, ensure_ascii=False)
    assert [one for one in (*numbers, *names) if one in outputs] == []
