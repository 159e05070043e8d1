"""Calendar programs subscribe to the demonstration: `make clients`. Not a part of `make test`."""
