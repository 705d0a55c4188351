"""`python -m ipytango.cli`: the command line, where its script is not on the path."""

import sys

from ._main import main

sys.exit(main())
