#include "storage/lmdb/fault_guard.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>

namespace anyclaude::lmdb {
namespace {

// Of the guarded call that runs on this thread.
constinit thread_local sigjmp_buf* way_back = nullptr;

struct sigaction former_bus {};
struct sigaction former_segment {};
std::uintptr_t page_mask = 0;

// The page beyond the file's end becomes one of zeros, so that what unlocks or closes later does not fault
// there again. The page belongs to a map whose file is gone: no other code can need it.
void put_zeros_at(const void* address) {
  void* const page = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(address) & page_mask);
  (void)::mmap(page, static_cast<std::size_t>(~page_mask) + 1, PROT_READ | PROT_WRITE,
               MAP_FIXED | MAP_PRIVATE | MAP_ANON, -1, 0);
}

void pass_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& former = signal == SIGBUS ? former_bus : former_segment;
  if ((former.sa_flags & SA_SIGINFO) != 0) return former.sa_sigaction(signal, info, context);
  if (former.sa_handler != SIG_DFL && former.sa_handler != SIG_IGN) return former.sa_handler(signal);
  // The instruction is tried again, and ends the process as if this handler had never been.
  ::sigaction(signal, &former, nullptr);
}

void on_fault(int signal, siginfo_t* info, void* context) {
  if (way_back == nullptr) return pass_on(signal, info, context);
  if (signal == SIGBUS && info->si_addr != nullptr) put_zeros_at(info->si_addr);
  siglongjmp(*way_back, 1);
}

}  // namespace

void install_fault_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    page_mask = ~(static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE)) - 1);
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    // The handler is left by a jump, which would leave the signal blocked.
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, &former_bus);
    ::sigaction(SIGSEGV, &action, &former_segment);
  });
}

void leave_on_assertion(MDB_env*, const char*) {
  if (way_back != nullptr) siglongjmp(*way_back, 1);
}

int run_guarded(int (*call)(void*), void* context) {
  sigjmp_buf here;
  if (sigsetjmp(here, 0) != 0) {
    way_back = nullptr;
    return kFaulted;
  }
  way_back = &here;
  const int code = call(context);
  way_back = nullptr;
  return code;
}

}  // namespace anyclaude::lmdb
