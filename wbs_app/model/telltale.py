"""What in a story may point to the one who tells it: a telephone number, an employee's or a citizen's, an address."""

import re

_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_TELLTALES = re.compile(
    "|".join(
        (
            r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,}",  # email
            r"(?<![\d.,])(?:\+62|0)[ .-]?8\d{1,2}(?:[ .-]?\d{3,4}){2,3}(?!\d)",  # mobile phone
            r"(?<![\d.,])62[ -]?8\d{1,2}(?:[ -]?\d{3,4}){2,3}(?!\d)",  # the same; with points it would be an amount
            r"(?<!\d)(?:19|20)\d\d" + _MONTH + _DAY + r" ?(?:19|20)\d\d" + _MONTH + r" ?[12] ?\d{3}(?!\d)",  # NIP
            r"(?<!\d)[1-9]\d{5}(?:[0-6]\d|7[01])" + _MONTH + r"\d{6}(?!\d)",  # NIK
        )
    )
)
"""NIP: day of birth, month of appointment, sex, number (BKN Regulation 22 of 2007). NIK: region, day of birth (of women
40 more), number (Government Regulation 37 of 2007, article 37)."""


def tells(story: str) -> bool:
    """Whether a text seems to hold an email address, a mobile number, a NIP or a NIK."""
    return _TELLTALES.search(story) is not None
