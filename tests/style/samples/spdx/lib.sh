# shellcheck shell=bash disable=SC2034 # bad
name=value
