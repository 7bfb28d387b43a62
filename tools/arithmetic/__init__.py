"""Arithmetic on decimal numbers as people write them: exact where the answer is, correctly rounded where it is not.

Pure: text and numbers in, a numeral out. Every input costs a bounded amount of work.
"""
