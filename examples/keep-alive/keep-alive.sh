#!/bin/sh
# Plans, and applies only what the plan found: renewals, and anything else that
# changed. Run it after `terraform init`, in the configuration's directory.
set -u
terraform=${TERRAFORM:-terraform}

code=0
"$terraform" plan -input=false -detailed-exitcode -out=keep-alive.tfplan || code=$?
case $code in
0)
	echo "Nothing to do."
	;;
2)
	"$terraform" apply -input=false keep-alive.tfplan || code=1
	[ "$code" = 1 ] || code=0
	;;
esac
rm -f keep-alive.tfplan
exit "$code"
