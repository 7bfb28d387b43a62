"""What others may want to hear at once."""

from django.dispatch import Signal

# A right was taken away and the transaction is committed: forget every verified caller.
rights_withdrawn = Signal()
# A sign-in found another login or name at GitHub, and the transaction is committed: ``github_id``, and ``logins``, a set of the
# former and the present one.
person_changed = Signal()
