print("abm-rules")
