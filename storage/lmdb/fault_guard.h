// Calls into liblmdb from which the caller comes back whatever the file has become.
#pragma once

#include <lmdb.h>

namespace anyclaude::lmdb {

// What a guarded call returns when it was ended by a fault: a page of a memory map that its file no longer
// has (SIGBUS), an address that is none (SIGSEGV), or an assertion of liblmdb's. No code of LMDB's and no
// errno. The environment must not be used again: liblmdb may hold its locks.
inline constexpr int kFaulted = -2;

// Handles the two signals for the whole process, from the first call on. A fault outside of guarded calls
// takes the way it took before. Thread-safe.
void install_fault_handlers();

// For mdb_env_set_assert.
void leave_on_assertion(MDB_env* env, const char* message);

// Runs `call(context)` and returns its code. The call is left by a jump, so it must be C's: no object with a
// destructor may live in it. Calls do not nest. Thread-safe.
int run_guarded(int (*call)(void*), void* context);

// The same for a lambda, which captures by reference and returns liblmdb's code.
template <typename Call>
int guarded(Call call) {
  return run_guarded([](void* context) { return (*static_cast<Call*>(context))(); }, &call);
}

}  // namespace anyclaude::lmdb
