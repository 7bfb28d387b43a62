"""What is offered: the modules that ``settings.TOOL_MODULES`` names, in the order in which clients see them."""

from django.conf import settings

from tools import offer

CATALOG = offer.catalog_of(settings.TOOL_MODULES)
