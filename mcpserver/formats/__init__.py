"""How dates are written on the pages, by language (``FORMAT_MODULE_PATH``)."""
