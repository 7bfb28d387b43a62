"""Arithmetic for a model that would rather not guess."""

from typing import Annotated

from pydantic import BaseModel, Field, PlainValidator, WithJsonSchema

from tools.arithmetic import operands, operations
from tools.arithmetic.errors import ArithmeticFault
from tools.arithmetic.numerals import ROUNDED_DIGITS
from tools.context import ToolContext
from tools.registry import tool
from tools.results import ToolError, ToolResult, structured

# Decimal text beside numbers: many clients keep JSON numbers as doubles, which hold 15 digits safely.
Operand = Annotated[
    operands.Operand,
    PlainValidator(operands.parse),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number"},
                {"type": "string", "pattern": operands.PATTERN, "maxLength": operands.MAX_TEXT},
            ]
        }
    ),
]


class Arguments(BaseModel):
    operation: operations.Operation = Field(
        description="power: a to the power of b. root: the b-th root of a. modulo: remainder of a / b, with the sign of b"
    )
    a: Operand = Field(description="First number. Write it as text where it has more than 15 digits")
    b: Operand = Field(
        description="Second number: what is added, subtracted, divided by, the exponent, or the degree of the root"
    )


class Calculation(BaseModel):
    result: str = Field(description="The result in decimal digits")
    exact: bool = Field(description=f"False when the result is rounded to {ROUNDED_DIGITS} significant digits")
    number: Annotated[int | float | None, WithJsonSchema({"type": "number"})] = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="The result as a number; absent where a client would change it by reading it (beyond 2**53 - 1, for one)",
    )


@tool(title="Calculate", scopes={"read:user"}, read_only=True, open_world=False, output=Calculation)
async def calculate(arguments: Arguments, _context: ToolContext) -> ToolResult:
    """Calculate with two numbers: add, subtract, multiply, divide, power, modulo, root.

    Exact for whole numbers and decimals of up to 1000 digits: 0.1 + 0.2 is 0.3. A result whose digits do not end is rounded,
    and says so.
    """
    try:
        found = operations.calculate(arguments.operation, arguments.a, arguments.b)
    except ArithmeticFault as error:
        raise ToolError(str(error)) from None
    plain = found.text if found.exact else f"{found.text} (rounded to {ROUNDED_DIGITS} significant digits)"
    return structured(Calculation(result=found.text, exact=found.exact, number=found.number), text=plain)
