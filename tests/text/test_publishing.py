import pytest

from symbl_cli.protocol.events import Fix, StreamConfig
from symbl_cli.text.publishing import publisher

FIXES = (Fix(wrong="dubble", right="98"),)
SAID = "Or 555 dubble 76543"


@pytest.mark.parametrize(
    ("config", "final", "interim"),
    [
        (StreamConfig(), SAID, SAID),
        (StreamConfig(fixes=FIXES), "Or 555 98 76543", "Or 555 98 76543"),
        (StreamConfig(redact=("all",)), "Or 555 dubble 76543", "Or 555 dubble …"),
        (StreamConfig(redact=("phone",), fixes=FIXES), "Or [phone]", "Or [phone]"),
        (StreamConfig(redact=("email",), fixes=FIXES), *["Or 555 98 76543"] * 2),
        (
            StreamConfig(redaction={"redactContent": True}, fixes=FIXES),
            "Or ****",
            "Or ****",
        ),
        (StreamConfig(redaction={"redactContent": "true"}), SAID, "Or 555 dubble …"),
        (
            StreamConfig(
                redaction={"redactContent": True, "redactionString": "#"}, fixes=FIXES
            ),
            "Or #",
            "Or #",
        ),
    ],
)
def test_words_are_fixed_and_then_hidden(
    config: StreamConfig, final: str, interim: str
) -> None:
    publish = publisher(config)

    assert publish(SAID, is_final=True) == final
    assert publish(SAID, is_final=False) == interim
