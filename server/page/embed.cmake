# Run at build time: makes OUTPUT, the C++ source with the page in one piece and the policy that allows its own scripts and
# style and nothing else. Of LIBRARY, dygraphs, the page has no charts if it is empty.
function(base64 hex result)
  set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  # 32 bytes: ten times three, and two.
  foreach(begin RANGE 0 54 6)
    string(SUBSTRING ${hex} ${begin} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR digit "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING ${digits} ${digit} 1 digit)
      string(APPEND text ${digit})
    endforeach()
  endforeach()
  string(SUBSTRING ${hex} 60 4 two)
  foreach(shift 12 6 0)
    math(EXPR digit "((0x${two} << 2) >> ${shift}) & 63")
    string(SUBSTRING ${digits} ${digit} 1 digit)
    string(APPEND text ${digit})
  endforeach()
  set(${result} "${text}=" PARENT_SCOPE)
endfunction()

function(hash text result)
  string(SHA256 hex "${text}")
  base64(${hex} encoded)
  set(${result} "'sha256-${encoded}'" PARENT_SCOPE)
endfunction()

file(READ ${SOURCE}/page.html page)
file(READ ${SOURCE}/page.css style)
file(READ ${SOURCE}/samples.js script)
file(READ ${SOURCE}/page.js rest)
string(APPEND script "${rest}")
set(library "")
if(LIBRARY)
  file(READ ${LIBRARY}.js library)
  # Where its own sources are: nothing for a page that asks for nothing.
  string(REGEX REPLACE "\n//# sourceMappingURL=[^\n]*" "" library "${library}")
  # The policy allows style attributes to nobody; properties set by a script are not concerned.
  string(REGEX REPLACE "\\.setAttribute\\(\"style\",(\"[^\"]*\")\\)" ".style.cssText=\\1" library "${library}")
  file(READ ${LIBRARY}.css library_style)
  string(REGEX REPLACE "\n/\\*# sourceMappingURL=[^\n]*" "" library_style "${library_style}")
  string(PREPEND style "${library_style}\n")
endif()
hash("${style}" style_hash)
hash("${library}" library_hash)
hash("${script}" script_hash)
foreach(part STYLE LIBRARY SCRIPT)
  string(TOLOWER ${part} text)
  string(REPLACE "@${part}@" "${${text}}" page "${page}")
endforeach()
set(policy "default-src 'none'; connect-src 'self'; img-src data:; script-src ${library_hash} ${script_hash}; style-src ${style_hash}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
file(WRITE ${OUTPUT}.new "// Made by server/page/embed.cmake.
#include \"server/page.h\"

namespace xdpstats {

const std::string_view kPage = R\"~page~(${page})~page~\";
const std::string_view kPagePolicy = R\"~page~(${policy})~page~\";

} // namespace xdpstats
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
