"""What others may want to hear at once."""

from django.dispatch import Signal

# A right was taken away and the transaction is committed: forget every verified caller.
rights_withdrawn = Signal()
