#include "metrics/certainty.h"

namespace anyclaude {

std::string_view name_of(Certainty certainty) {
  switch (certainty) {
    case Certainty::measured:
      return "measured";
    case Certainty::estimated:
      return "estimated";
    case Certainty::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace anyclaude
