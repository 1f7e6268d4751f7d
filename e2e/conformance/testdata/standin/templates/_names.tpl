{{- define "labels" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{- define "connections" -}}
{{- $v := .Values }}
- name: MONGO_URL
  {{- if $v.existingMongodbSecret }}
  valueFrom: {secretKeyRef: {name: {{ $v.existingMongodbSecret }}, key: mongo-uri}}
  {{- else }}
  value: mongodb://rocketchat:changeme@{{ .Release.Name }}-mongodb
  {{- end }}
{{- $scheme := ternary "nats" "monolith+nats" $v.microservices.enabled }}
{{- if and $v.nats.existingSecret.name (not $v.nats.enabled) }}
- name: TRANSPORTER
  valueFrom: {secretKeyRef: {name: {{ $v.nats.existingSecret.name }}, key: {{ $v.nats.existingSecret.key }}}}
{{- else if or $v.nats.enabled (and $v.microservices.enabled (kindIs "invalid" $v.nats.enabled)) }}
- name: TRANSPORTER
  value: {{ $scheme }}://{{ .Release.Name }}-nats:4222
{{- end }}
{{- end }}
