// A licence may be missing: bad.
int worse();
