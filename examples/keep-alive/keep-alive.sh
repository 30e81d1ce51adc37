#!/bin/sh
# Plans, and applies the plan if it has changes. Run it after `terraform init`,
# in the folder of the configuration.
set -u
terraform=${TERRAFORM:-terraform}
plan=keep-alive.tfplan

trap 'rm -f "$plan"' EXIT
trap 'exit 130' HUP INT TERM # dash doesn't run the EXIT trap on a signal

code=0
"$terraform" plan -input=false -detailed-exitcode -out="$plan" || code=$?
case $code in
0) echo "No changes." ;;
2) if "$terraform" apply -input=false "$plan"; then code=0; else code=1; fi ;;
esac
exit "$code"
