# Everything comes from the system's packages (apt, brew); nothing is downloaded or vendored.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(PkgConfig REQUIRED)

function(anyclaude_pkg target module)
  string(MAKE_C_IDENTIFIER ${module} prefix)
  pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(${target} INTERFACE PkgConfig::${prefix})
endfunction()

anyclaude_pkg(xxhash::xxhash libxxhash)
anyclaude_pkg(zstd::zstd libzstd)
anyclaude_pkg(re2::re2 re2)
# pkg-config carries the feature macros the library was built with; without them the layouts differ silently.
anyclaude_pkg(httplib::httplib cpp-httplib)

find_path(LMDB_INCLUDE_DIR lmdb.h REQUIRED)
find_library(LMDB_LIBRARY lmdb REQUIRED)
add_library(lmdb::lmdb INTERFACE IMPORTED GLOBAL)
target_include_directories(lmdb::lmdb INTERFACE ${LMDB_INCLUDE_DIR})
target_link_libraries(lmdb::lmdb INTERFACE ${LMDB_LIBRARY})
