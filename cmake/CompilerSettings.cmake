# Warnings, sanitizers, ccache, precompiled headers and the fast linker, in one place.
option(ANYCLAUDE_PRECOMPILED_HEADERS "Parse the heaviest headers once instead of once per file" ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # What ccache's manual asks for where precompiled headers are in use.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND NOT APPLE)
  add_link_options(-fuse-ld=mold)
endif()

# Everywhere alike: a precompiled header serves only files that are compiled with the same thread setting, and some of the
# libraries ask for it.
add_compile_options(-pthread)

add_library(anyclaude_settings INTERFACE)
target_compile_options(anyclaude_settings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Werror=switch)
if(ANYCLAUDE_WARNINGS_AS_ERRORS)
  target_compile_options(anyclaude_settings INTERFACE -Werror)
endif()
if(ANYCLAUDE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(ANYCLAUDE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(ANYCLAUDE_SANITIZE)
  message(FATAL_ERROR "ANYCLAUDE_SANITIZE is '${ANYCLAUDE_SANITIZE}'; it takes address or thread")
endif()

# anyclaude_shared_headers(NAME HEADERS headers... LIBS targets...)
# Parses the headers once, into a precompiled header that anyclaude_use_headers lets other targets reuse.
function(anyclaude_shared_headers name)
  cmake_parse_arguments(SHARED "" "" "HEADERS;LIBS" ${ARGN})
  if(NOT ANYCLAUDE_PRECOMPILED_HEADERS)
    return()
  endif()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "// Carries the precompiled header.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE anyclaude_settings ${SHARED_LIBS})
  target_precompile_headers(${name} PRIVATE ${SHARED_HEADERS})
endfunction()

function(anyclaude_use_headers target name)
  if(TARGET ${name})
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
