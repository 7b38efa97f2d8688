"""Entry of `python -m propago_trainer`."""

import sys

from propago_trainer.cli import main

if __name__ == "__main__":
    sys.exit(main())
