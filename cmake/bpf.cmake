# BPF objects: compiled by clang, checked and embedded as libbpf skeletons by bpftool.
find_program(BPF_CLANG NAMES clang REQUIRED)
find_program(BPF_STRIP NAMES llvm-strip llvm-strip-14 REQUIRED)
# Debian keeps bpftool in /usr/sbin, which an ordinary user's PATH leaves out.
find_program(BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)

# The UAPI headers (asm/types.h) live in a multiarch directory that clang does not search for target bpf.
execute_process(COMMAND ${CMAKE_C_COMPILER} -print-multiarch
                OUTPUT_VARIABLE BPF_MULTIARCH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(BPF_SYSTEM_INCLUDES)
if(BPF_MULTIARCH AND EXISTS /usr/include/${BPF_MULTIARCH}/asm)
  set(BPF_SYSTEM_INCLUDES -idirafter /usr/include/${BPF_MULTIARCH})
endif()

# BTF names the source files: the same wherever the tree is.
set(BPF_CFLAGS -target bpf -mcpu=v3 -O2 -g -Wall -Wextra ${BPF_SYSTEM_INCLUDES}
    -fdebug-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(CMAKE_COMPILE_WARNING_AS_ERROR)
  list(APPEND BPF_CFLAGS -Werror)
endif()

# bpf_object(NAME SOURCE [DEFINITION...]): SOURCE becomes ${CMAKE_CURRENT_BINARY_DIR}/NAME.bpf.o.
# Written to a temporary name first, so that a failed compile leaves no object behind.
function(bpf_object name source)
  list(TRANSFORM ARGN PREPEND -D OUTPUT_VARIABLE definitions)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${BPF_CLANG} ${BPF_CFLAGS} ${definitions} -I${PROJECT_SOURCE_DIR}/bpf
            -MD -MT ${object} -MF ${object}.d
            -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}.tmp
    COMMAND ${BPF_STRIP} -g ${object}.tmp
    COMMAND ${CMAKE_COMMAND} -E rename ${object}.tmp ${object}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source}
    DEPFILE ${object}.d
    COMMENT "Compiling BPF object ${name}.bpf.o"
    VERBATIM)
  add_custom_target(${name}_bpf_object ALL DEPENDS ${object})
endfunction()

# bpf_skeleton(NAME SOURCE [DEFINITION...]): as bpf_object, and the library NAME_skeleton that carries
# the header NAME.skel.h with the object's bytes.
function(bpf_skeleton name source)
  bpf_object(${name} ${source} ${ARGN})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/skeletons/${name}.skel.h)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/skeletons
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name} > ${header}.tmp
    COMMAND ${CMAKE_COMMAND} -E rename ${header}.tmp ${header}
    DEPENDS ${object}
    COMMENT "Generating skeleton ${name}.skel.h"
    VERBATIM)
  add_custom_target(${name}_skeleton_header DEPENDS ${header})
  add_library(${name}_skeleton INTERFACE)
  add_dependencies(${name}_skeleton ${name}_skeleton_header)
  target_include_directories(${name}_skeleton SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR}/skeletons)
  target_link_libraries(${name}_skeleton INTERFACE PkgConfig::LIBBPF)
endfunction()
