"""Entry of `python -m propago_trainer`."""

import sys

try:
    from propago_trainer.cli import main
except ModuleNotFoundError as error:
    if error.name is None or error.name.startswith("propago_trainer"):
        raise
    sys.exit(
        f"{sys.executable} has no {error.name}. The environment of this package is made and named by "
        "`node scripts/python-env.mjs` in the repository's root; `npm run import:encoder`, `export:encoder` and "
        "`join:encoders` use it by themselves."
    )

if __name__ == "__main__":
    sys.exit(main())
