"""``python -m kbkresearch`` is ``kbk``."""

from kbkresearch.cli import main

main()
