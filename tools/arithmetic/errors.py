"""Why there is no answer. The messages are for the person who asked."""


class ArithmeticFault(ValueError):
    """The operation has no answer, or none within bounds."""


class TooLarge(ArithmeticFault):
    """The answer has more digits before the point than are offered."""

    def __init__(self) -> None:
        super().__init__("The result is too large: it has more than 1000 digits before the decimal point.")


class TooCloseToZero(ArithmeticFault):
    """The answer has 1000 zeros or more behind the point."""

    def __init__(self) -> None:
        super().__init__("The result is too close to zero: it begins with 1000 zeros or more behind the decimal point.")


class DivisionByZero(ArithmeticFault):
    """Division by zero, in whatever clothes."""

    def __init__(self) -> None:
        super().__init__("Division by zero has no result.")
