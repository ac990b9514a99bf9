// Whether the client still waits for the answer.
#pragma once

#include "base/clock.h"

namespace anyclaude::sim {

class ClientWatch {
 public:
  virtual ~ClientWatch() = default;
  virtual bool left() = 0;
};

// For benches and tests that call the engine directly.
class PatientClient final : public ClientWatch {
 public:
  bool left() override { return false; }
};

enum class WaitEnd { reached, client_left };

// Sleeps until `time`, looking at the client every few milliseconds. A time in the past is reached at once.
WaitEnd wait_until(SteadyTime time, ClientWatch& client);

}  // namespace anyclaude::sim
