#include "messages/request/lane.h"

namespace anyclaude {

std::string_view name_of(Lane lane) {
  switch (lane) {
    case Lane::verbatim:
      return "verbatim";
    case Lane::rewritten:
      return "rewritten";
  }
  return "";
}

}  // namespace anyclaude
