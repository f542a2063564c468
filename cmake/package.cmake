# Packages: cmake --workflow --preset package makes build-package/*.deb for this machine; where rpmbuild is installed,
# cpack --config build-package/CPackConfig.cmake -G RPM makes *.rpm. packaging/build makes the former for other releases
# and architectures.

# Same sources, same bytes: every time stamp is that of the last commit, or, without git, that of the change log, which
# git dates likewise in an archive.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(epoch $ENV{SOURCE_DATE_EPOCH})
else()
  execute_process(COMMAND git log -1 --format=%ct WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                  OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT epoch)
    file(TIMESTAMP ${PROJECT_SOURCE_DIR}/CHANGELOG.md epoch "%s" UTC)
  endif()
endif()
set(ENV{SOURCE_DATE_EPOCH} ${epoch})

# Which build of this version the packages are: as debian/ has it, which makes the same packages in Debian's way.
file(STRINGS ${PROJECT_SOURCE_DIR}/debian/changelog debian_version LIMIT_COUNT 1)
if(NOT debian_version MATCHES "^xdp-stats \\(${PROJECT_VERSION}-([^)]+)\\) ")
  message(FATAL_ERROR "debian/changelog does not begin with version ${PROJECT_VERSION}: ${debian_version}")
endif()
set(XDP_STATS_PACKAGE_RELEASE ${CMAKE_MATCH_1} CACHE STRING "Which build of this version the packages are")
set(XDP_STATS_MAINTAINER "xdp-stats maintainers <maintainers@xdp-stats.example>"
    CACHE STRING "Who answers for the packages")

set(packaging ${PROJECT_SOURCE_DIR}/packaging)
configure_file(${packaging}/project.cmake.in ${CMAKE_BINARY_DIR}/packaging/project.cmake @ONLY)
configure_file(${packaging}/stage.cmake.in ${CMAKE_BINARY_DIR}/packaging/stage.cmake @ONLY)

set(CPACK_GENERATOR DEB)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/packaging/project.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_BINARY_DIR}/packaging/stage.cmake)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_SET_DESTDIR ON) # for what goes to /etc
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_VENDOR "xdp-stats")
set(CPACK_PACKAGE_CONTACT ${XDP_STATS_MAINTAINER})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL tools plugin)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "per-interface XDP verdict counters
XDP programs drop, bounce and redirect frames before the kernel's own
counters see them. xdp-stats counts these verdicts for each interface and
any XDP program, in packets and bytes, and shows them as a table, as JSON
and as OpenMetrics. The kernel goes on counting when the commands are done.

It brings systemd units that count an interface from boot on, and the header
for XDP programs that count by themselves.")
set(CPACK_COMPONENT_PLUGIN_DESCRIPTION "XDP verdict counters for collectd
Hands the counters that xdp-stats makes the kernel keep for each interface
to collectd at every interval: packets and bytes that XDP aborted, dropped,
passed, sent back and redirected.")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${XDP_STATS_PACKAGE_RELEASE})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME xdp-stats)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "collectd-plugin-xdp-stats, libbpf-dev, bpftool")
set(CPACK_DEBIAN_TOOLS_PACKAGE_CONTROL_EXTRA
    ${packaging}/tools/postinst ${packaging}/tools/prerm ${packaging}/tools/postrm ${packaging}/tools/conffiles)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_NAME collectd-plugin-xdp-stats)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_SOURCE xdp-stats)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_SECTION net)
# Plugins are for one minor version of the daemon.
set(CPACK_DEBIAN_PLUGIN_PACKAGE_DEPENDS "collectd-core (>= 5.12), collectd-core (<< 5.13)")
set(CPACK_DEBIAN_PLUGIN_PACKAGE_RECOMMENDS xdp-stats)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_CONTROL_EXTRA
    ${packaging}/plugin/postinst ${packaging}/plugin/postrm ${packaging}/plugin/conffiles)

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE ${XDP_STATS_PACKAGE_RELEASE})
set(CPACK_RPM_PACKAGE_LICENSE "BSD-2-Clause AND (GPL-2.0-only OR BSD-2-Clause)")
set(CPACK_RPM_PACKAGE_RELOCATABLE OFF)
# Who compiles with the header needs pkg-config and libbpf's headers; who counts does not.
set(CPACK_RPM_SPEC_MORE_DEFINE "%global __requires_exclude ^(/usr/bin/pkg-config|pkgconfig\\\\(libbpf\\\\))
%global use_source_date_epoch_as_buildtime 1
%global _buildhost xdp-stats")
# The names are those of Fedora's packages, and EPEL's; places differ too, see stage.cmake.in.
set(CPACK_RPM_TOOLS_PACKAGE_NAME xdp-stats)
set(CPACK_RPM_TOOLS_PACKAGE_REQUIRES "libbpf, libxdp >= 1.2, libcap, libmicrohttpd, systemd-libs")
set(CPACK_RPM_TOOLS_PACKAGE_SUGGESTS "collectd-plugin-xdp-stats, libbpf-devel, bpftool")
set(CPACK_RPM_TOOLS_PACKAGE_SUMMARY "Per-interface XDP verdict counters")
set(CPACK_RPM_PLUGIN_PACKAGE_SUMMARY "XDP verdict counters for collectd")
set(CPACK_RPM_TOOLS_USER_FILELIST "%config(noreplace) ${CMAKE_INSTALL_FULL_SYSCONFDIR}/default/xdp-stats")
set(CPACK_RPM_PLUGIN_PACKAGE_NAME collectd-plugin-xdp-stats)
# Plugins are for one minor version of the daemon.
set(CPACK_RPM_PLUGIN_PACKAGE_REQUIRES "(collectd >= 5.12 with collectd < 5.13)")
set(CPACK_RPM_PLUGIN_PACKAGE_SUGGESTS xdp-stats)
set(CPACK_RPM_PLUGIN_USER_FILELIST "%config(noreplace) /etc/collectd.d/xdp_stats.conf")
# Whose directories these are, they know.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /etc /etc/default /etc/collectd.d /usr/lib64 /usr/lib64/collectd
    /usr/include /usr/sbin /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/man /usr/share/man/man1
    /usr/share/man/man5 /usr/share/man/man7 /usr/share/man/man8 /usr/share/pkgconfig
    /usr/libexec /usr/lib/systemd /usr/lib/systemd/system /usr/lib/sysusers.d /usr/lib/udev /usr/lib/udev/rules.d)
include(CPack)
