"""Numbers that take seven bits of each byte: sizes in ID3 tags, and of Musepack's packets.

Specifications: ID3v2.4 (2000), section 6.2; Musepack Stream Version 8.
"""


def from_sevens(field: bytes) -> int:
    """The number that the lower seven bits of the bytes make up, the highest first."""
    number = 0
    for byte in field:
        number = number << 7 | byte & 0x7F
    return number


def to_sevens(number: int) -> bytes:
    """The number in four bytes, as ID3 calls it synchsafe; what is above 28 bits is lost."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def leading_number(data: bytes) -> tuple[int, int]:
    """The number that data begins with and its width in bytes, the last one below 128.

    (0, 0) if it is cut.
    """
    for width, byte in enumerate(data, 1):
        if byte < 0x80:
            return from_sevens(data[:width]), width
    return 0, 0
