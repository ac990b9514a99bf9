#include "backend/profile/backend_profile.h"

#include <algorithm>

namespace anyclaude {

const ApiEndpoint& BackendProfile::endpoint() const {
  const auto found = std::ranges::find(apis, api, &ApiEndpoint::api);
  // No profile is read or made that does not list the interface it speaks.
  return found == apis.end() ? apis.front() : *found;
}

bool BackendProfile::offers(Api wanted) const {
  return std::ranges::find(apis, wanted, &ApiEndpoint::api) != apis.end();
}

const ModelFamily& family_of(const BackendProfile& profile, std::string_view model) {
  static const ModelFamily kNothingKnown;
  const auto found = std::ranges::find_if(
      profile.model_families, [model](const ModelFamily& family) { return matches(family, model); });
  return found == profile.model_families.end() ? kNothingKnown : *found;
}

BackendProfile without_sampling(BackendProfile profile) {
  for (ModelFamily& family : profile.model_families) family.sampling = family.sampling_thinking = {};
  return profile;
}

}  // namespace anyclaude
