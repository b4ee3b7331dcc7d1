"""One file per family of requests: decode, call the library, encode."""
