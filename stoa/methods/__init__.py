"""Pure algorithms: plain data and an explicit seed in, a frozen result out; no Django, no database, no clock."""
