#pragma once

/// What this program was built from, found out while it is built. No allocation, no MPI, no global state.

/// The commit, with `+` if something was changed since; empty where it is not known.
const char *palindrome_build_commit(void);
/// Clang and its version, with the commit of the toolchain.
const char *palindrome_build_compiler(void);
