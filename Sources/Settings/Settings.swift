// The first type of this target comes with it.
