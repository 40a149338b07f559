"""The commands of `certverify`, a module each."""
